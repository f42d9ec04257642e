/** One Ctrl-C may arrive twice: from the terminal and from npm. A second signal so soon is no wish to force. */
const SAME_WISH = 1_000;
const SIGNALS = ['SIGINT', 'SIGTERM'] as const;
const EXIT_CODE = { SIGINT: 130, SIGTERM: 143 } as const;

/**
 * Resolves at the first SIGINT or SIGTERM. One that comes later than a second after it ends the process at once. Handlers stay until the end, so that no
 * signal in between kills half-way.
 */
export function firstSignal(
  now: () => number = Date.now,
  force: (code: number) => void = (code) => process.exit(code),
): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    let first: number | undefined;
    for (const signal of SIGNALS) {
      process.on(signal, () => {
        if (first === undefined) {
          first = now();
          resolve(signal);
        } else if (now() - first > SAME_WISH) {
          force(EXIT_CODE[signal]);
        }
      });
    }
  });
}
