import type { Duty } from '../model/duties.js';

interface Props {
  readonly duty: Duty;
  /** 0 … 1: how much of what it looks after is well (tasks running, slots taken, TaskManagers alive, acknowledgements back). */
  readonly share: number;
  /** 0 … 1 around the coordinator: how much of the interval has gone. */
  readonly turn?: number;
}

const NINE = [0, 1, 2, 3, 4, 5, 6, 7, 8] as const;
const ROUND = 2 * Math.PI * 14.5;

/** A small picture of a duty; the words beside it say the same. */
export function DutyGlyph({ duty, share, turn = 0 }: Props) {
  return (
    <svg className="duty-glyph" viewBox="0 0 34 34" aria-hidden="true">
      {parts(duty, share, turn)}
    </svg>
  );
}

function parts(duty: Duty, share: number, turn: number) {
  const filled = Math.round(share * 9);
  switch (duty) {
    case 'scheduling':
      return NINE.map((i) => (
        <rect
          key={i}
          className={i < filled ? 'on' : 'off'}
          x={4 + (i % 3) * 9.5}
          y={4 + Math.floor(i / 3) * 9.5}
          width="7"
          height="7"
          rx="1.8"
        />
      ));
    case 'resources':
      return [0, 1, 2].map((row) => (
        <g key={row}>
          <rect className="frame" x="2" y={3.5 + row * 9.5} width="30" height="8" rx="2.4" />
          {[0, 1, 2].map((i) => (
            <rect
              key={i}
              className={row * 3 + i < filled ? 'on' : 'off'}
              x={5 + i * 8.6}
              y={5.8 + row * 9.5}
              width="6.4"
              height="3.4"
              rx="1"
            />
          ))}
        </g>
      ));
    case 'detection':
      return <path className="stroke" d="M2 18h6.5l3-9 6 17 4-11 2 3H32" />;
    case 'coordinator':
      return (
        <>
          <circle className="frame" cx="17" cy="17" r="14.5" />
          <circle className="turn" cx="17" cy="17" r="14.5" strokeDasharray={`${ROUND * turn} ${ROUND}`} transform="rotate(-90 17 17)" />
          {NINE.map((i) => (
            <circle
              key={i}
              className={i < filled ? 'ack on' : 'ack off'}
              cx={10.4 + (i % 3) * 6.6}
              cy={10.4 + Math.floor(i / 3) * 6.6}
              r="2.1"
            />
          ))}
        </>
      );
    case 'deployment':
      return (
        <>
          <path className="stroke" d="M17 11v5M17 16H7v5M17 16h10v5M17 16v5" />
          <rect className="on" x="12.5" y="3.5" width="9" height="7.5" rx="1.8" />
          <rect className={share > 0.3 ? 'on' : 'off'} x="2.5" y="22" width="9" height="7.5" rx="1.8" />
          <rect className={share > 0.6 ? 'on' : 'off'} x="12.5" y="22" width="9" height="7.5" rx="1.8" />
          <rect className={share > 0.95 ? 'on' : 'off'} x="22.5" y="22" width="9" height="7.5" rx="1.8" />
        </>
      );
    case 'recovery':
      return (
        <>
          <path className="stroke" d="M28.5 17a11.5 11.5 0 1 1-3.6-8.3" />
          <path className="stroke" d="M25.6 2.800v6.400h-6.4" />
          <path className="stroke" d="m12.5 17.5 3.4 3.4 6-6.6" />
        </>
      );
  }
}
