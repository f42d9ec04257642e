package weir.bench;

import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.streaming.api.CheckpointingMode;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/** Weir's detection job on Apache Flink: the same events, the same count in keyed state, the same alerts. */
public final class DetectionJob {
  public static void main(String[] args) throws Exception {
    Settings settings = new Settings(args);
    StreamExecutionEnvironment environment = StreamExecutionEnvironment.getExecutionEnvironment();
    environment.setParallelism(settings.parallelism);
    environment.getConfig().enableObjectReuse();
    environment.setBufferTimeout(settings.bufferTimeout);
    if (settings.checkpointInterval > 0) {
      environment.enableCheckpointing(settings.checkpointInterval, CheckpointingMode.EXACTLY_ONCE);
      environment.getCheckpointConfig().enableUnalignedCheckpoints(settings.unaligned);
      environment.getCheckpointConfig().setCheckpointStorage(settings.checkpoints);
    }
    DataStream<UserEvent> events =
        environment.addSource(
            new LoadSource(settings),
            "Source",
            settings.handWritten ? new UserEventTypeInfo() : TypeInformation.of(UserEvent.class));
    events
        .keyBy(event -> event.userId)
        .process(new AbnormalCountProcessFunction(settings))
        .name("Process")
        .addSink(new AlertSink(settings))
        .name("Sink");
    environment.execute("detection");
  }
}
