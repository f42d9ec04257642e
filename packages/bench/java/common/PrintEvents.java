package weir.bench;

/** Prints the first events of each split, for the test that holds LoadEvents to what Weir's source makes. */
final class PrintEvents {
  public static void main(String[] args) {
    Settings settings = new Settings(args);
    UserEvent event = new UserEvent();
    for (int split = 0; split < settings.parallelism; split++) {
      LoadEvents events = new LoadEvents(settings, split, settings.parallelism, 1_700_000_000_000L);
      for (long n = 0; n < settings.countOf(split); n++) {
        events.fill(event, n);
        System.out.println(event.userId + " " + event.isAbnormal + " " + event.timestamp + " " + event.sequence);
      }
    }
  }
}
