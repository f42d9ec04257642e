package weir.bench;

import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.runtime.state.FunctionInitializationContext;
import org.apache.flink.runtime.state.FunctionSnapshotContext;
import org.apache.flink.streaming.api.checkpoint.CheckpointedFunction;
import org.apache.flink.streaming.api.functions.sink.RichSinkFunction;

/** Counts alerts, exactly once over failures; takes their latency where it is asked for. */
final class AlertSink extends RichSinkFunction<Alert> implements CheckpointedFunction {
  private final Settings settings;
  private transient ListState<Long> alertsState;
  private transient long alerts;
  private transient boolean hadAlert;
  private transient Progress progress;
  private transient LatencyHistogram latencies;
  private transient double msPerEvent;
  private transient boolean slow;

  AlertSink(Settings settings) {
    this.settings = settings;
  }

  @Override
  public void open(Configuration configuration) throws Exception {
    progress = new Progress(settings.progressFile, getRuntimeContext().getIndexOfThisSubtask(), settings.parallelism);
    if (settings.sink.equals("latency")) latencies = new LatencyHistogram();
    msPerEvent = 1000 / settings.rate;
    slow = settings.sink.equals("slow");
  }

  @Override
  public void invoke(Alert alert, Context context) throws InterruptedException {
    progress.alerts(++alerts);
    if (!hadAlert) {
      hadAlert = true;
      progress.firstAlert(getRuntimeContext().getAttemptNumber(), Clock.micros());
    }
    if (latencies != null && alert.sequence * msPerEvent >= settings.latencyFrom) latencies.record(Math.max(0, Clock.micros() - dueMicros(alert)));
    if (slow) Thread.sleep(1);
  }

  /** Since the scheduled time of the event, so that an event that was handed over late counts as late. */
  private long dueMicros(Alert alert) {
    double due = alert.sequence * msPerEvent;
    return alert.timestamp * 1000 + (long) ((due - Math.floor(due)) * 1000);
  }

  @Override
  public void close() throws IOException {
    if (latencies == null) return;
    Path file = Path.of(settings.progressFile + ".latencies-" + getRuntimeContext().getIndexOfThisSubtask());
    try (DataOutputStream out = new DataOutputStream(Files.newOutputStream(file))) {
      latencies.write(out);
    }
  }

  @Override
  public void initializeState(FunctionInitializationContext context) throws Exception {
    alertsState = context.getOperatorStateStore().getListState(new ListStateDescriptor<>("alerts", Long.class));
    for (long saved : alertsState.get()) alerts += saved;
  }

  @Override
  public void snapshotState(FunctionSnapshotContext context) throws Exception {
    alertsState.clear();
    alertsState.add(alerts);
  }
}
