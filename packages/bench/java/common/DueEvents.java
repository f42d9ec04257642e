package weir.bench;

/** How many of a split's events may be handed over now: the same for every system. */
final class DueEvents {
  private final LoadEvents events;
  private final boolean paced;
  private final long end;

  DueEvents(Settings settings, LoadEvents events, int split) {
    this.events = events;
    paced = settings.rate > 0;
    end = settings.countOf(split);
  }

  boolean isEnd(long next) {
    return next >= end;
  }

  /** `next` if none is due yet, at most `next + most`. */
  long until(long next, int most) {
    long until = Math.min(end, next + most);
    if (!paced) return until;
    double now = Clock.micros() / 1000.0;
    while (until > next && events.dueAt(until - 1) > now) until--;
    return until;
  }
}
