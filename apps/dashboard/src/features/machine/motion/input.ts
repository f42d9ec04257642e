import type { AlertEntry, JobInfo, KeyState, LogLine, TaskManagerInfo } from '@weir/protocol';
import type { FollowedKey } from '../model/followed-keys.js';
import type { MachineLayout } from '../model/layout.js';
import type { Routes } from '../model/routes.js';

/** All that the drawing is made from. Each part is the same object until it changed. */
export interface MotionInput {
  readonly job: JobInfo | undefined;
  readonly taskManagers: readonly TaskManagerInfo[];
  readonly keys: readonly KeyState[];
  readonly alerts: readonly AlertEntry[];
  /** Oldest first, numbered. */
  readonly log: readonly LogLine[];
  readonly followed: readonly FollowedKey[];
  readonly layout: MachineLayout;
  readonly routes: Routes;
  /** The engine's time of this state. */
  readonly at: number;
  readonly turned: boolean;
  /** False where nothing may move (paused, reduced motion, hidden, not connected): figures are then shown at once. */
  readonly moving: boolean;
}

/** Else a record, and the water it flows in, may be of a key without a hue. */
export function followsEachKey({ keys, followed }: MotionInput): boolean {
  return keys.length === followed.length;
}
