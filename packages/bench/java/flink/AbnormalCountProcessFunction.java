package weir.bench;

import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.runtime.state.FunctionInitializationContext;
import org.apache.flink.runtime.state.FunctionSnapshotContext;
import org.apache.flink.streaming.api.checkpoint.CheckpointedFunction;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.util.Collector;

/** Abnormal events in a row; every one at or over the threshold is an alert. */
final class AbnormalCountProcessFunction extends KeyedProcessFunction<String, UserEvent, Alert> implements CheckpointedFunction {
  private final Settings settings;
  private transient ValueState<Integer> abnormalCount;
  private transient ListState<Long> processedState;
  private transient long processed;
  private transient Progress progress;
  private transient long publishMask;

  AbnormalCountProcessFunction(Settings settings) {
    this.settings = settings;
  }

  @Override
  public void open(Configuration configuration) throws Exception {
    abnormalCount = getRuntimeContext().getState(new ValueStateDescriptor<>("abnormalCount", Integer.class));
    progress = new Progress(settings.progressFile, getRuntimeContext().getIndexOfThisSubtask(), settings.parallelism);
    // With a rate there is time to say it each time, and without there is hardly any between two.
    publishMask = settings.rate > 0 ? 0 : 0xff;
  }

  @Override
  public void processElement(UserEvent event, Context context, Collector<Alert> out) throws Exception {
    if ((++processed & publishMask) == 0) progress.processed(processed);
    if (!event.isAbnormal) {
      abnormalCount.update(0);
      return;
    }
    Integer before = abnormalCount.value();
    int count = before == null ? 1 : before + 1;
    abnormalCount.update(count);
    if (count < settings.threshold) return;
    Alert alert = new Alert();
    alert.userId = event.userId;
    alert.count = count;
    alert.timestamp = event.timestamp;
    alert.sequence = event.sequence;
    out.collect(alert);
  }

  @Override
  public void close() {
    if (progress != null) progress.processed(processed);
  }

  @Override
  public void initializeState(FunctionInitializationContext context) throws Exception {
    processedState = context.getOperatorStateStore().getListState(new ListStateDescriptor<>("processed", Long.class));
    for (long saved : processedState.get()) processed += saved;
  }

  @Override
  public void snapshotState(FunctionSnapshotContext context) throws Exception {
    processedState.clear();
    processedState.add(processed);
  }
}
