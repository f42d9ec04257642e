package weir.bench;

import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** What one subtask of the sink finds out of its alerts, whatever system it runs on. */
final class AlertFigures {
  private final Settings settings;
  private final Progress progress;
  private final int subtask;
  private final int attempt;
  private final double msPerEvent;
  private final boolean slow;
  private final LatencyHistogram latencies;
  private long alerts;
  private boolean hadAlert;

  /** `alerts` so many came before, if the state was restored. */
  AlertFigures(Settings settings, int subtask, int attempt, long alerts) throws IOException {
    this.settings = settings;
    this.progress = new Progress(settings.progressFile, subtask, settings.parallelism);
    this.subtask = subtask;
    this.attempt = attempt;
    this.alerts = alerts;
    msPerEvent = 1000 / settings.rate;
    slow = settings.sink.equals("slow");
    latencies = settings.sink.equals("latency") ? new LatencyHistogram() : null;
  }

  long alerts() {
    return alerts;
  }

  void add(Alert alert) throws InterruptedException {
    progress.alerts(++alerts);
    if (!hadAlert) {
      hadAlert = true;
      progress.firstAlert(attempt, Clock.micros());
    }
    if (latencies != null && alert.sequence * msPerEvent >= settings.latencyFrom)
      latencies.record(Math.max(0, Clock.micros() - dueMicros(alert)));
    if (slow) Thread.sleep(1);
  }

  /** The scheduled time of the event, so that one that was handed over late counts as late. */
  private long dueMicros(Alert alert) {
    double due = alert.sequence * msPerEvent;
    return alert.timestamp * 1000 + (long) ((due - Math.floor(due)) * 1000);
  }

  void close() throws IOException {
    if (latencies == null) return;
    Path file = Path.of(settings.progressFile + ".latencies-" + subtask);
    try (DataOutputStream out = new DataOutputStream(Files.newOutputStream(file))) {
      latencies.write(out);
    }
  }
}
