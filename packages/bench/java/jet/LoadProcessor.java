package weir.bench;

import com.hazelcast.jet.core.AbstractProcessor;
import com.hazelcast.jet.core.BroadcastKey;

/** The source, one split a processor, cooperative as Jet's own are. */
final class LoadProcessor extends AbstractProcessor {
  private static final int BATCH = 256;

  private final Settings settings;
  private int split;
  private long start;
  private long next;
  private LoadEvents events;
  private DueEvents due;
  private Progress progress;
  /** Made, but there was no room. */
  private UserEvent waiting;

  LoadProcessor(Settings settings) {
    this.settings = settings;
  }

  @Override
  protected void init(Context context) throws Exception {
    split = context.globalProcessorIndex();
    start = System.currentTimeMillis();
    progress = new Progress(settings.progressFile, split, settings.parallelism);
  }

  @Override
  public boolean complete() {
    if (events == null) {
      events = new LoadEvents(settings, split, settings.parallelism, start);
      due = new DueEvents(settings, events, split);
    }
    long until = due.until(next, BATCH);
    while (waiting != null || next < until) {
      if (waiting == null) {
        waiting = new UserEvent();
        events.fill(waiting, next);
      }
      if (!tryEmit(waiting)) break;
      waiting = null;
      next++;
    }
    progress.emitted(next);
    progress.processed(next);
    return waiting == null && (due.isEnd(next) || progress.shallStop());
  }

  @Override
  public boolean saveToSnapshot() {
    return tryEmitToSnapshot(BroadcastKey.broadcastKey(split), new long[] {start, next});
  }

  @Override
  protected void restoreFromSnapshot(Object key, Object value) {
    if (!BroadcastKey.broadcastKey(split).equals(key)) return;
    start = ((long[]) value)[0];
    next = ((long[]) value)[1];
  }
}
