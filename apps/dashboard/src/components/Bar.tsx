interface Props {
  /** 0 … 1 */
  readonly share: number;
  /** A second share after the first, hatched: time spent waiting. */
  readonly waiting?: number;
  readonly className?: string;
}

const HATCH = 'repeating-linear-gradient(135deg, var(--alert) 0 2px, transparent 2px 4px)';

/** A small gauge; the figure beside it says the same in words. */
export function Bar({ share, waiting = 0, className = '' }: Props) {
  return (
    <span aria-hidden="true" className={`inline-flex h-1 overflow-hidden rounded-full bg-line-2 ${className}`}>
      <span className="bg-water" style={{ width: `${clamp(share) * 100}%` }} />
      <span style={{ width: `${clamp(waiting) * 100}%`, background: HATCH }} />
    </span>
  );
}

function clamp(share: number): number {
  return Math.min(1, Math.max(0, share));
}
