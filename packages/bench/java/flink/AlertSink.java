package weir.bench;

import java.io.IOException;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.runtime.state.FunctionInitializationContext;
import org.apache.flink.runtime.state.FunctionSnapshotContext;
import org.apache.flink.streaming.api.checkpoint.CheckpointedFunction;
import org.apache.flink.streaming.api.functions.sink.RichSinkFunction;

/** Counts alerts, exactly once over failures. */
final class AlertSink extends RichSinkFunction<Alert> implements CheckpointedFunction {
  private final Settings settings;
  private transient ListState<Long> state;
  private transient long restored;
  private transient AlertFigures figures;

  AlertSink(Settings settings) {
    this.settings = settings;
  }

  @Override
  public void open(Configuration configuration) throws Exception {
    figures = new AlertFigures(settings, getRuntimeContext().getIndexOfThisSubtask(), getRuntimeContext().getAttemptNumber(), restored);
  }

  @Override
  public void invoke(Alert alert, Context context) throws InterruptedException {
    figures.add(alert);
  }

  @Override
  public void close() throws IOException {
    if (figures != null) figures.close();
  }

  @Override
  public void initializeState(FunctionInitializationContext context) throws Exception {
    state = context.getOperatorStateStore().getListState(new ListStateDescriptor<>("alerts", Long.class));
    for (long saved : state.get()) restored += saved;
  }

  @Override
  public void snapshotState(FunctionSnapshotContext context) throws Exception {
    state.clear();
    state.add(figures.alerts());
  }
}
