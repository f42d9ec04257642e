import { createContext, useContext } from 'react';
import { createStore, type StoreApi, useStore } from 'zustand';
import { type Drawn, NOTHING_DRAWN } from '../motion/drawn.js';
import { MachineMotion } from '../motion/machine-motion.js';

/** What moves, and what of it text and boxes show. One per drawing. */
export interface Machinery {
  readonly motion: MachineMotion;
  readonly drawn: StoreApi<Drawn>;
}

export function createMachinery(): Machinery {
  return { motion: new MachineMotion(), drawn: createStore<Drawn>(() => NOTHING_DRAWN) };
}

export const MachineryContext = createContext<Machinery | undefined>(undefined);

export function useMachinery(): Machinery {
  const machinery = useContext(MachineryContext);
  if (machinery === undefined) throw new Error('A part of the drawing stands outside of it.');
  return machinery;
}

export function useDrawn<T>(select: (drawn: Drawn) => T): T {
  return useStore(useMachinery().drawn, select);
}
