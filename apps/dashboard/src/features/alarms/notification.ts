import type { Alarm } from '@weir/protocol/alarms';
import { create } from 'zustand';
import { useView } from '../../view/view-store.js';
import { alarmText } from './alarm-text.js';

export type Permission = 'unsupported' | 'default' | 'granted' | 'denied';

const present = (): Permission => ('Notification' in window ? Notification.permission : 'unsupported');

export const usePermission = create<{ readonly permission: Permission }>(() => ({ permission: present() }));

/** A browser asks the person only after a press of a button. */
export async function askPermission(): Promise<void> {
  if (present() !== 'default') return;
  await Notification.requestPermission();
  usePermission.setState({ permission: present() });
}

/** Where the browser allows it. The tag keeps the same alarm from several tabs to one notification. */
export function notify(alarm: Alarm): void {
  if (present() !== 'granted') return;
  const { title, detail } = alarmText(alarm, useView.getState().language);
  try {
    new Notification(`Weir · ${title}`, { body: detail, tag: alarm.id });
  } catch {
    // Some phones have the interface but allow it to service workers alone: the page shows the alarm anyway.
  }
}
