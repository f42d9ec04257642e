import { describe, expect, it } from 'vitest';
import { engineSettings } from './engine-settings.js';
import { readFlinkProperties } from './flink-properties.js';
import { UsageError } from './usage-error.js';

function read(...pairs: string[]) {
  return readFlinkProperties(pairs.map((pair) => pair.split(/=(.*)/s).slice(0, 2) as [string, string])).settings;
}

describe("Flink's own names", () => {
  it.each([
    ['execution.checkpointing.interval=10 s', { checkpointInterval: 10_000 }],
    ['execution.checkpointing.interval=10000', { checkpointInterval: 10_000 }],
    ['execution.checkpointing.interval=10 sec', { checkpointInterval: 10_000 }],
    ['execution.checkpointing.timeout=1 min', { checkpointTimeout: 60_000 }],
    ['execution.checkpointing.min-pause=500ms', { minPause: 500 }],
    ['execution.checkpointing.mode=exactly-once', { checkpointingMode: 'EXACTLY_ONCE' }],
    ['execution.checkpointing.mode=AT_LEAST_ONCE', { checkpointingMode: 'AT_LEAST_ONCE' }],
    ['execution.checkpointing.unaligned=false', { unaligned: false }],
    ['execution.checkpointing.unaligned.enabled=true', { unaligned: true }],
    ['execution.checkpointing.tolerable-failed-checkpoints=2', { tolerableFailed: 2 }],
    ['state.checkpoints.dir=file:///tmp/c', { checkpointDirectory: '/tmp/c' }],
    ['state.checkpoints.dir=file:/tmp/c', { checkpointDirectory: '/tmp/c' }],
    ['state.savepoints.dir=/tmp/s', { savepointDirectory: '/tmp/s' }],
    ['state.checkpoints.num-retained=4', { retained: 4 }],
    ['state.backend=hashmap', { stateBackend: 'hashmap' }],
    ['state.backend=disk', { stateBackend: 'disk' }],
    ['state.backend.type=rocksdb', { stateBackend: 'disk' }],
    ['parallelism.default=2', { parallelism: 2 }],
    ['taskmanager.numberOfTaskSlots=4', { slotsPerTaskManager: 4 }],
    ['heartbeat.interval=500', { heartbeatInterval: 500 }],
    ['heartbeat.timeout=3 s', { heartbeatTimeout: 3_000 }],
    ['restart-strategy=none', { restartStrategy: { kind: 'none' } }],
    ['restart-strategy.type=off', { restartStrategy: { kind: 'none' } }],
    ['restart-strategy=fixeddelay', { restartStrategy: { kind: 'fixed-delay', attempts: -1, delay: 50 } }],
  ])('%s', (pair, settings) => {
    expect(read(pair)).toEqual(settings);
  });

  it('builds each restart strategy', () => {
    expect(read('restart-strategy.fixed-delay.attempts=3', 'restart-strategy.fixed-delay.delay=10 s')).toEqual({
      restartStrategy: { kind: 'fixed-delay', attempts: 3, delay: 10_000 },
    });
    expect(read('restart-strategy=exponential-delay', 'restart-strategy.exponential-delay.initial-backoff=2 s')).toEqual({
      restartStrategy: {
        kind: 'exponential-delay',
        initialBackoff: 2_000,
        maxBackoff: 300_000,
        backoffMultiplier: 2,
        resetBackoffThreshold: 3_600_000,
        jitterFactor: 0.1,
      },
    });
    expect(read('restart-strategy=failure-rate', 'restart-strategy.failure-rate.max-failures-per-interval=5')).toEqual({
      restartStrategy: { kind: 'failure-rate', maxFailuresPerInterval: 5, interval: 60_000, delay: 1_000 },
    });
  });

  it.each([
    ['nonsense=1', /-D nonsense is not known or not built yet/],
    ['state.backend=rocks', /"rocks" is not one of hashmap, disk, rocksdb/],
    ['state.backend.incremental=true', /not known or not built yet/],
    ['execution.checkpointing.interval=soon', /-D execution.checkpointing.interval: "soon" is no duration/],
    ['state.checkpoints.dir=s3://bucket/x', /s3:\/\/ is not built yet/],
    ['restart-strategy=sometimes', /is not one of none, fixed-delay/],
    ['__proto__=1', /not known/],
  ])('refuses %s', (pair, message) => {
    expect(() => read(pair)).toThrow(UsageError);
    expect(() => read(pair)).toThrow(message);
  });

  it('refuses keys of two strategies', () => {
    expect(() => read('restart-strategy=none', 'restart-strategy.fixed-delay.delay=1 s')).toThrow(/does not go with restart-strategy none/);
    expect(() => engineSettings({ restartDelay: 10 }, [['restart-strategy', 'failure-rate']])).toThrow(/--restart-delay does not go with/);
  });
});

describe('options and -D together', () => {
  it('say different things', () => {
    expect(engineSettings({ parallelism: 2, restartDelay: 70 }, [['state.checkpoints.num-retained', '9']])).toEqual({
      parallelism: 2,
      retained: 9,
      restartStrategy: { kind: 'fixed-delay', attempts: -1, delay: 70 },
    });
  });

  it('must not say the same thing twice', () => {
    expect(() => engineSettings({ checkpointInterval: 5 }, [['execution.checkpointing.interval', '10s']])).toThrow(
      '--checkpoint-interval and -D execution.checkpointing.interval are the same setting; give one',
    );
  });

  it('need a heartbeat timeout longer than the interval', () => {
    const pairs = [
      ['heartbeat.interval', '5s'],
      ['heartbeat.timeout', '5s'],
    ] as const;
    expect(() => engineSettings({}, pairs)).toThrow(/longer/);
  });
});
