package weir.bench;

import java.io.DataOutput;
import java.io.IOException;

/** Microseconds to three digits, in HdrHistogram's own buckets: exact below 2,048, then 1,024 of each power of two. */
final class LatencyHistogram {
  private static final int EXACT_BITS = 11;

  private final long[] counts = new long[1 << 16];

  void record(long micros) {
    counts[indexOf(micros)]++;
  }

  /** Lowest value and count of each bucket that has any. */
  void write(DataOutput out) throws IOException {
    for (int i = 0; i < counts.length; i++) {
      if (counts[i] == 0) continue;
      out.writeLong(lowestOf(i));
      out.writeLong(counts[i]);
    }
  }

  private static int indexOf(long value) {
    int shift = Math.max(0, 64 - Long.numberOfLeadingZeros(value) - EXACT_BITS);
    return (shift << (EXACT_BITS - 1)) + (int) (value >>> shift);
  }

  private static long lowestOf(int index) {
    int half = 1 << (EXACT_BITS - 1);
    if (index < 2 * half) return index;
    int shift = index / half - 1;
    return (long) (index - shift * half) << shift;
  }
}
