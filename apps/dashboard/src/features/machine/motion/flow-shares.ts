/**
 * To which subtasks the records of one source subtask go. What single events have told is used; where none has (at high rates they are not told
 * one by one), records go as they arrive: by the targets' rates in.
 */
export class FlowShares {
  readonly #told = new Map<number, Map<number, number>>();

  tell(source: number, target: number): void {
    const targets = this.#told.get(source) ?? new Map<number, number>();
    this.#told.set(source, targets);
    targets.set(target, Math.min(1_000, (targets.get(target) ?? 0) + 1));
  }

  told(source: number, target: number): boolean {
    return (this.#told.get(source)?.get(target) ?? 0) > 0;
  }

  clear(): void {
    this.#told.clear();
  }

  /** Shares over the targets, adding up to 1; all 0 where nothing flows. */
  shares(source: number, targetRates: readonly number[]): readonly number[] {
    const told = this.#told.get(source);
    const weights = told === undefined ? targetRates : targetRates.map((_, target) => told.get(target) ?? 0);
    const sum = weights.reduce((a, b) => a + b, 0);
    return sum > 0 ? weights.map((weight) => weight / sum) : weights.map(() => 0);
  }
}

/** Deals items out by shares so that after n items each target has had its share to within one: no dice, so a test can say what comes. */
export class Dealer {
  #owed: number[] = [];

  next(shares: readonly number[]): number {
    if (this.#owed.length !== shares.length) this.#owed = shares.map(() => 0);
    let best = -1;
    for (let i = 0; i < shares.length; i++) {
      this.#owed[i]! += shares[i]!;
      if (shares[i]! > 0 && (best < 0 || this.#owed[i]! > this.#owed[best]!)) best = i;
    }
    if (best >= 0) this.#owed[best]! -= 1;
    return best;
  }
}
