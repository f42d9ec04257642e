package weir.bench;

/** What the n-th event of one split is: the same numbers as packages/connectors/src/simulated/{counter-hash,load-event}.ts, which a test holds it to. */
final class LoadEvents {
  /** Time stamps of a source without a rate advance as if it made a million events a second. */
  private static final double UNLIMITED_RATE = 1_000_000;

  private final int base;
  /** Users of this split, and what lies between the numbers of two. */
  private final long users;
  private final long stride;
  private final long firstUser;
  /** 0 for uniform keys. */
  private final int octaves;
  private final long abnormalBelow;
  private final int split;
  private final int splits;
  private final double msPerEvent;
  private final long start;

  LoadEvents(Settings settings, int split, int splits, long start) {
    this.base = streamBase(settings.seed, split);
    boolean disjoint = settings.keys >= splits;
    this.stride = disjoint ? splits : 1;
    this.firstUser = disjoint ? split + 1 : 1;
    this.users = disjoint ? (settings.keys - split + splits - 1) / splits : settings.keys;
    this.octaves = settings.zipf ? 64 - Long.numberOfLeadingZeros(users) : 0;
    this.abnormalBelow = Math.round(settings.abnormalRate * 0x1_0000_0000L);
    this.split = split;
    this.splits = splits;
    this.msPerEvent = 1000 / (settings.rate > 0 ? settings.rate : UNLIMITED_RATE);
    this.start = start;
  }

  void fill(UserEvent event, long n) {
    int bits = randomBits(base, n);
    long rank = octaves == 0 ? Integer.toUnsignedLong(bits) % users : skewed(bits);
    event.userId = "user" + (rank * stride + firstUser);
    event.isAbnormal = Integer.toUnsignedLong(mix32(bits ^ 0x5bd1e995)) < abnormalBelow;
    event.sequence = n * splits + split;
    event.timestamp = start + (long) (event.sequence * msPerEvent);
  }

  private long skewed(int bits) {
    long first = 1L << Integer.remainderUnsigned(mix32(bits ^ 0x1b873593), octaves);
    long last = Math.min(2 * first - 1, users);
    return first - 1 + Integer.toUnsignedLong(bits) % (last - first + 1);
  }

  /** When it is to be handed over, ms since the epoch with a fraction. */
  double dueAt(long n) {
    return start + (n * splits + split) * msPerEvent;
  }

  private static int mix32(int x) {
    x ^= x >>> 16;
    x *= 0x85ebca6b;
    x ^= x >>> 13;
    x *= 0xc2b2ae35;
    return x ^ (x >>> 16);
  }

  private static int streamBase(long seed, long stream) {
    int h = mix32((int) seed) ^ mix32(high(seed) ^ 0x9e3779b9);
    h = mix32(h * 5 + (int) stream);
    return mix32(h ^ mix32(high(stream) + 0x7f4a7c15));
  }

  private static int randomBits(int base, long n) {
    int h = mix32(base ^ mix32((int) n + 0x6d2b79f5));
    return mix32(h + high(n) * 0x27d4eb2f);
  }

  private static int high(long n) {
    return (int) (n >> 32);
  }
}
