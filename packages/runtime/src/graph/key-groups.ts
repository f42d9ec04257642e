/** Key groups `start` … `end`, both included. */
export interface KeyGroupRange {
  readonly start: number;
  readonly end: number;
}
