package weir.bench;

import java.io.IOException;
import org.apache.flink.api.common.typeutils.SimpleTypeSerializerSnapshot;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/** What one writes who wants the most of Flink: no reflection, no flags, Latin-1 names copied as they lie. A subtask has one of its own. */
final class UserEventSerializer extends TypeSerializer<UserEvent> {
  private final byte[] name = new byte[256];

  @Override
  @SuppressWarnings("deprecation")
  public void serialize(UserEvent event, DataOutputView out) throws IOException {
    int length = event.userId.length();
    event.userId.getBytes(0, length, name, 0);
    out.writeByte(length);
    out.write(name, 0, length);
    out.writeBoolean(event.isAbnormal);
    out.writeLong(event.timestamp);
    out.writeLong(event.sequence);
  }

  @Override
  @SuppressWarnings("deprecation")
  public UserEvent deserialize(UserEvent reuse, DataInputView in) throws IOException {
    int length = in.readUnsignedByte();
    in.readFully(name, 0, length);
    reuse.userId = new String(name, 0, 0, length);
    reuse.isAbnormal = in.readBoolean();
    reuse.timestamp = in.readLong();
    reuse.sequence = in.readLong();
    return reuse;
  }

  @Override
  public UserEvent deserialize(DataInputView in) throws IOException {
    return deserialize(new UserEvent(), in);
  }

  @Override
  public UserEvent copy(UserEvent from) {
    return copy(from, new UserEvent());
  }

  @Override
  public UserEvent copy(UserEvent from, UserEvent reuse) {
    reuse.userId = from.userId;
    reuse.isAbnormal = from.isAbnormal;
    reuse.timestamp = from.timestamp;
    reuse.sequence = from.sequence;
    return reuse;
  }

  @Override
  public void copy(DataInputView in, DataOutputView out) throws IOException {
    serialize(deserialize(in), out);
  }

  @Override
  public UserEventSerializer duplicate() {
    return new UserEventSerializer();
  }

  @Override
  public UserEvent createInstance() {
    return new UserEvent();
  }

  @Override
  public boolean isImmutableType() {
    return false;
  }

  @Override
  public int getLength() {
    return -1;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof UserEventSerializer;
  }

  @Override
  public int hashCode() {
    return UserEventSerializer.class.hashCode();
  }

  @Override
  public TypeSerializerSnapshot<UserEvent> snapshotConfiguration() {
    return new Snapshot();
  }

  public static final class Snapshot extends SimpleTypeSerializerSnapshot<UserEvent> {
    public Snapshot() {
      super(UserEventSerializer::new);
    }
  }
}
