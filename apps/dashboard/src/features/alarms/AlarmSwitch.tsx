import { Bell, BellOff, BellRing } from 'lucide-react';
import { Tool } from '../../components/Tool.js';
import { useMessages } from '../../messages/use-messages.js';
import { alarmMessages } from './messages.js';
import { askPermission, usePermission } from './notification.js';

/** Asks the browser for notifications, and shows whether they are allowed. */
export function AlarmSwitch() {
  const permission = usePermission((state) => state.permission);
  const text = useMessages(alarmMessages);
  if (permission === 'unsupported') return null;
  const name = { default: text.allow, granted: text.allowed, denied: text.denied }[permission];
  const Icon = { default: Bell, granted: BellRing, denied: BellOff }[permission];
  return (
    <Tool name={name} onPress={askPermission}>
      <Icon size={15} aria-hidden="true" />
    </Tool>
  );
}
