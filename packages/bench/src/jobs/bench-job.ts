import { LoadSource, type LoadSourceOptions, userEvent } from '@weir/connectors';
import { AbnormalCountProcessFunction, alert } from '@weir/detection';
import { defineJob, type Parameters } from '@weir/runtime';
import type { SinkKind } from '../contender.js';
import { CountingSink } from './counting-sink.js';
import { PausesOfProcess } from './pause-recorder.js';

export const PROCESS_UID = 'abnormal-count-process';
export const SINK_UID = 'bench-sink';

/** Plain data; made by the contender alone, so it is not looked at value by value. */
export interface BenchJobParameters {
  readonly source: LoadSourceOptions;
  readonly threshold: number;
  readonly parallelism: number;
  /** As in the detection job. */
  readonly layout: 'seed' | 'pipeline';
  readonly sink: SinkKind;
  readonly latencyFrom: number;
  /** 0 for not at all. */
  readonly recordPausesFor: number;
  /** For what the sinks leave behind. */
  readonly directory: string;
}

/** The detection job of `weir start`, its source, process function and layout, but for the sink. */
export default defineJob<BenchJobParameters>({
  name: 'bench',
  parameters: (given: Parameters) => given as unknown as BenchJobParameters,
  build(env, { source: options, threshold, parallelism, layout, sink: kind, latencyFrom, recordPausesFor, directory }) {
    env.setParallelism(parallelism);
    const source = env.fromSource(new LoadSource(options), userEvent).uid('load-source').name('LoadSource');
    const process = source
      .keyBy('userId')
      .process(
        recordPausesFor > 0
          ? new PausesOfProcess(threshold, { from: latencyFrom, length: recordPausesFor, directory })
          : new AbnormalCountProcessFunction(threshold),
        alert,
      )
      .uid(PROCESS_UID)
      .name('AbnormalCountProcess')
      .setMaxParallelism(128);
    const sink = process
      .sinkTo(new CountingSink({ kind, rate: options.rate, latencyFrom, directory }))
      .uid(SINK_UID)
      .name('BenchSink');
    if (layout === 'seed') {
      source.slotSharingGroup('source').disableChaining();
      process.slotSharingGroup('process').disableChaining();
      sink.slotSharingGroup('sink').disableChaining();
    }
  },
});
