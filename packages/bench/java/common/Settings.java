package weir.bench;

import java.io.Serializable;
import java.util.HashMap;
import java.util.Map;

/** The program's arguments, `name=value` each. */
final class Settings implements Serializable {
  final long keys;
  final boolean zipf;
  /** Events a second over all subtasks; 0 for as fast as they are taken. */
  final double rate;
  final double abnormalRate;
  final long seed;
  /** Events over all subtasks. */
  final long count;
  final int parallelism;
  final int threshold;
  /** ms; 0 for none. */
  final long checkpointInterval;
  final boolean unaligned;
  /** ms. */
  final long bufferTimeout;
  /** One event object, written by hand: see UserEventSerializer. */
  final boolean handWritten;
  /** Shared with the benchmark: see Progress. */
  final String progressFile;
  /** A directory's URL. */
  final String checkpoints;
  /** `count`, `latency` or `slow`. */
  final String sink;
  /** Alerts of events that were due earlier than this many ms after the first event have no latency. */
  final double latencyFrom;

  Settings(String[] args) {
    Map<String, String> given = new HashMap<>();
    for (String arg : args) given.put(arg.substring(0, arg.indexOf('=')), arg.substring(arg.indexOf('=') + 1));
    keys = Long.parseLong(given.get("keys"));
    zipf = given.get("skew").equals("zipf");
    rate = Double.parseDouble(given.get("rate"));
    abnormalRate = Double.parseDouble(given.get("abnormalRate"));
    seed = Long.parseLong(given.get("seed"));
    count = given.containsKey("count") ? Long.parseLong(given.get("count")) : Long.MAX_VALUE;
    parallelism = Integer.parseInt(given.get("parallelism"));
    threshold = Integer.parseInt(given.get("threshold"));
    checkpointInterval = Long.parseLong(given.get("checkpointInterval"));
    unaligned = Boolean.parseBoolean(given.get("unaligned"));
    bufferTimeout = Long.parseLong(given.getOrDefault("bufferTimeout", "100"));
    handWritten = Boolean.parseBoolean(given.get("handWritten"));
    progressFile = given.get("progress");
    checkpoints = given.get("checkpoints");
    sink = given.get("sink");
    latencyFrom = Double.parseDouble(given.getOrDefault("latencyFrom", "0"));
  }

  /** Events of one split. */
  long countOf(int split) {
    return count == Long.MAX_VALUE ? count : Math.max(0, (count - split + parallelism - 1) / parallelism);
  }
}
