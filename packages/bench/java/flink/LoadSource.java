package weir.bench;

import java.util.concurrent.locks.LockSupport;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.runtime.state.FunctionInitializationContext;
import org.apache.flink.runtime.state.FunctionSnapshotContext;
import org.apache.flink.streaming.api.checkpoint.CheckpointedFunction;
import org.apache.flink.streaming.api.functions.source.RichParallelSourceFunction;

/** One split a subtask. With a rate each event is handed over when it is due, and those that are late at once. */
final class LoadSource extends RichParallelSourceFunction<UserEvent> implements CheckpointedFunction {
  private static final int BATCH = 128;
  private static final long NAP_NANOS = 200_000;

  private final Settings settings;
  private volatile boolean running = true;
  /** {start, next} */
  private transient ListState<long[]> state;
  private transient long start;
  private transient long next;

  LoadSource(Settings settings) {
    this.settings = settings;
  }

  @Override
  public void run(SourceContext<UserEvent> context) throws Exception {
    int split = getRuntimeContext().getIndexOfThisSubtask();
    Progress progress = new Progress(settings.progressFile, split, settings.parallelism);
    if (start == 0) start = System.currentTimeMillis();
    LoadEvents events = new LoadEvents(settings, split, settings.parallelism, start);
    DueEvents due = new DueEvents(settings, events, split);
    // With object reuse nobody keeps it.
    UserEvent reused = new UserEvent();
    while (running && !due.isEnd(next) && !progress.shallStop()) {
      long until = due.until(next, BATCH);
      if (until == next) {
        LockSupport.parkNanos(NAP_NANOS);
        continue;
      }
      synchronized (context.getCheckpointLock()) {
        while (next < until) {
          UserEvent event = settings.handWritten ? reused : new UserEvent();
          events.fill(event, next++);
          context.collect(event);
        }
      }
      progress.emitted(next);
    }
  }

  @Override
  public void cancel() {
    running = false;
  }

  @Override
  public void initializeState(FunctionInitializationContext context) throws Exception {
    state = context.getOperatorStateStore().getListState(new ListStateDescriptor<>("split", long[].class));
    for (long[] saved : state.get()) {
      start = saved[0];
      next = saved[1];
    }
  }

  @Override
  public void snapshotState(FunctionSnapshotContext context) throws Exception {
    state.clear();
    state.add(new long[] {start, next});
  }
}
