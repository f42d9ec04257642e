import { FileSource, FollowSource, IngestSource, LoadSource, RandomUserEventSource, userEvent } from '@weir/connectors';
import { defineJob, type SingleOutputStreamOperator, type StreamExecutionEnvironment } from '@weir/runtime';
import { AbnormalCountProcessFunction } from './abnormal-count-process-function.js';
import { AlertSink } from './alert-sink.js';
import { alert, type UserEvent } from './events.js';
import { type JobParameters, readParameters, type SourceParameters } from './job-parameters.js';

/** With it user k lands on subtask k at parallelism 3, as in the seed system's picture (128 would send two users to one). */
const SEED_MAX_PARALLELISM = 103;

/** The seed system's job: source → keyBy(userId) → count → alerts. */
export default defineJob<JobParameters>({
  name: 'abnormal-behaviour-detection',
  parameters: readParameters,
  build(env, parameters) {
    const { layout, parallelism, threshold } = parameters;
    env.setParallelism(parallelism);
    // Nothing in this job keeps an event beyond the call.
    env.enableObjectReuse();
    const source = addSource(env, parameters);
    const logEvents = logsEvents(parameters.source);
    const process = source
      .keyBy('userId')
      .process(new AbnormalCountProcessFunction(threshold, { logEvents }), alert)
      .uid('abnormal-count-process')
      .name('AbnormalCountProcess')
      .setParallelism(parallelism)
      .setMaxParallelism(layout === 'seed' ? Math.max(SEED_MAX_PARALLELISM, parallelism) : flinkMaxParallelism(parallelism));
    const sink = process.sinkTo(new AlertSink(parameters.sink)).uid('alert-sink').name('AlertSink').setParallelism(parallelism);
    if (layout === 'seed') {
      source.slotSharingGroup('source').disableChaining();
      process.slotSharingGroup('process').disableChaining();
      sink.slotSharingGroup('sink').disableChaining();
    }
  },
});

function addSource(env: StreamExecutionEnvironment, { source, parallelism }: JobParameters): SingleOutputStreamOperator<UserEvent> {
  switch (source.kind) {
    case 'simulated':
      return env
        .fromSource(new RandomUserEventSource(source), userEvent)
        .uid('random-user-event-source')
        .name('RandomUserEventSource')
        .setParallelism(parallelism);
    case 'load':
      return env.fromSource(new LoadSource(source), userEvent).uid('load-source').name('LoadSource').setParallelism(parallelism);
    case 'http':
      return env
        .fromSource(new IngestSource({ ...source, logEvents: logsEvents(source) }), userEvent)
        .uid('http-source')
        .name('HttpSource')
        .setParallelism(1);
    case 'files':
      if (source.follow) {
        const { files, format, key } = source;
        const followed = new FollowSource({ path: files[0], format, key, logEvents: logsEvents(source) });
        return env.fromSource(followed, userEvent).uid('followed-file-source').name('FollowedFileSource').setParallelism(1);
      }
      // One reader: files are in order only if they are read in order.
      return env.fromSource(new FileSource(source), userEvent).uid('file-source').name('FileSource').setParallelism(1);
  }
}

/** Whether each event is a line of the log, as far as the publisher's rate allows: where it is somebody's own, or slow enough to be read. */
function logsEvents(source: SourceParameters): boolean {
  switch (source.kind) {
    case 'simulated':
      return source.logEvents === true;
    case 'files':
      return source.follow === true;
    case 'http':
      return true;
    case 'load':
      return false;
  }
}

/** What Flink takes where nothing is said: half as much again as the parallelism, as a power of two, 128 at least. */
export function flinkMaxParallelism(parallelism: number): number {
  const wanted = parallelism + Math.floor(parallelism / 2);
  return Math.min(32_768, Math.max(128, 2 ** Math.ceil(Math.log2(wanted))));
}
