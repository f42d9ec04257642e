export interface ExpectedAlert {
  readonly userId: string;
  readonly count: number;
  readonly timestamp: number | null;
  readonly message: string;
}

/** What `weir detect` must make of an input. */
export interface Oracle {
  readonly alertsByKey: ReadonlyMap<string, readonly ExpectedAlert[]>;
  readonly summary: {
    readonly events: number;
    readonly alerts: number;
    readonly keys: number;
    readonly skipped: number;
    readonly malformed: number;
  };
}

interface Event {
  readonly userId: string;
  readonly abnormal: boolean;
  readonly timestamp: number | null;
  readonly times: number;
}

type Line = Event | 'skipped' | 'malformed' | 'blank';

function detect(input: string, parse: (line: string) => Line): Oracle {
  const counts = new Map<string, number>();
  const alertsByKey = new Map<string, ExpectedAlert[]>();
  const summary = { events: 0, alerts: 0, keys: 0, skipped: 0, malformed: 0 };
  for (const line of input.split('\n').slice(0, -1)) {
    const event = parse(line);
    if (event === 'skipped' || event === 'malformed') summary[event]++;
    if (typeof event === 'string') continue;
    const { userId, abnormal, timestamp } = event;
    for (let n = 0; n < event.times; n++) {
      summary.events++;
      const count = abnormal ? (counts.get(userId) ?? 0) + 1 : 0;
      counts.set(userId, count);
      if (count < 3) continue;
      summary.alerts++;
      const alert = { userId, count, timestamp, message: `[ALERT] userId=${userId} 이상행동 ${count}회 감지!` };
      const alerts = alertsByKey.get(userId);
      if (alerts === undefined) alertsByKey.set(userId, [alert]);
      else alerts.push(alert);
    }
  }
  return { alertsByKey, summary: { ...summary, keys: counts.size } };
}

export function ndjsonOracle(input: string): Oracle {
  return detect(input, (line) => {
    if (line.trim() === '') return 'blank';
    let event: Record<string, unknown>;
    try {
      event = JSON.parse(line);
    } catch {
      return 'malformed';
    }
    const { userId, eventType, timestamp } = event ?? {};
    if (typeof userId !== 'string' || (eventType !== 'normal' && eventType !== 'abnormal')) return 'malformed';
    const time = timestamp === undefined ? null : new Date(timestamp as string | number).getTime();
    return Number.isNaN(time) ? 'malformed' : { userId, abnormal: eventType === 'abnormal', timestamp: time, times: 1 };
  });
}

export function sshdOracle(input: string): Oracle {
  return detect(input, (line) => {
    if (line === '') return 'blank';
    const match =
      /sshd(?:-session)?\[\d+\]: (?:message repeated (\d+) times: \[ )?(Failed|Accepted) \S+ for (?:invalid user )?(.*) from \S+ port \d+/.exec(
        line,
      );
    if (match === null) return 'skipped';
    return {
      userId: match[3] ?? '',
      abnormal: match[2] === 'Failed',
      timestamp: Date.parse(line.split(' ')[0] ?? ''),
      times: Number(match[1] ?? 1),
    };
  });
}
