package weir.bench;

/** A POJO by Flink's rules: public, with a constructor without arguments and public fields. */
public final class UserEvent {
  public String userId;
  public boolean isAbnormal;
  /** ms since the epoch. */
  public long timestamp;
  public long sequence;
}
