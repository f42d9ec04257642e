package weir.bench;

public final class Alert {
  public String userId;
  public int count;
  public long timestamp;
  public long sequence;
}
