package weir.bench;

import java.io.IOException;
import java.nio.ByteOrder;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * How far each subtask is, in a file that the benchmark reads while the job runs: a store into mapped memory instead of a question by HTTP. 256 bytes a
 * subtask, then one word that the benchmark sets to make the sources end. job-progress.ts reads it.
 */
final class Progress {
  private static final int SLOT = 256;
  private static final int PROCESSED = 0;
  private static final int ALERTS = 8;
  private static final int EMITTED = 16;
  private static final int FIRST_ALERTS = 64;
  private static final int ATTEMPTS = 24;

  private final MappedByteBuffer memory;
  private final int slot;
  private final int stop;

  Progress(String file, int subtask, int parallelism) throws IOException {
    slot = subtask * SLOT;
    stop = parallelism * SLOT;
    try (FileChannel channel = FileChannel.open(Path.of(file), StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      memory = channel.map(FileChannel.MapMode.READ_WRITE, 0, stop + SLOT);
    }
    memory.order(ByteOrder.LITTLE_ENDIAN);
  }

  void processed(long events) {
    memory.putLong(slot + PROCESSED, events);
  }

  void alerts(long alerts) {
    memory.putLong(slot + ALERTS, alerts);
  }

  /** `micros` since the epoch. */
  void firstAlert(int attempt, long micros) {
    if (attempt < ATTEMPTS) memory.putLong(slot + FIRST_ALERTS + 8 * attempt, micros);
  }

  void emitted(long events) {
    memory.putLong(slot + EMITTED, events);
  }

  boolean shallStop() {
    return memory.getLong(stop) != 0;
  }
}
