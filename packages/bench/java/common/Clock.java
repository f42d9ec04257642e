package weir.bench;

import java.time.Instant;

final class Clock {
  /** Since the epoch; one clock for all JVMs of the machine. */
  static long micros() {
    Instant now = Instant.now();
    return now.getEpochSecond() * 1_000_000 + now.getNano() / 1000;
  }
}
