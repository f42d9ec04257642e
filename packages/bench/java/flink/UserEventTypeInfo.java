package weir.bench;

import org.apache.flink.api.common.ExecutionConfig;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeutils.TypeSerializer;

/** Makes Flink take the hand-written serializer. */
final class UserEventTypeInfo extends TypeInformation<UserEvent> {
  @Override
  public TypeSerializer<UserEvent> createSerializer(ExecutionConfig config) {
    return new UserEventSerializer();
  }

  @Override
  public boolean isBasicType() {
    return false;
  }

  @Override
  public boolean isTupleType() {
    return false;
  }

  @Override
  public int getArity() {
    return 1;
  }

  @Override
  public int getTotalFields() {
    return 1;
  }

  @Override
  public Class<UserEvent> getTypeClass() {
    return UserEvent.class;
  }

  @Override
  public boolean isKeyType() {
    return false;
  }

  @Override
  public String toString() {
    return "UserEvent";
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof UserEventTypeInfo;
  }

  @Override
  public int hashCode() {
    return UserEventTypeInfo.class.hashCode();
  }

  @Override
  public boolean canEqual(Object other) {
    return other instanceof UserEventTypeInfo;
  }
}
