package weir.bench;

import com.hazelcast.config.Config;
import com.hazelcast.core.Hazelcast;
import com.hazelcast.core.HazelcastInstance;
import com.hazelcast.jet.Job;
import com.hazelcast.jet.accumulator.LongAccumulator;
import com.hazelcast.jet.config.JobConfig;
import com.hazelcast.jet.config.ProcessingGuarantee;
import com.hazelcast.jet.core.JobStatus;
import com.hazelcast.jet.core.ProcessorMetaSupplier;
import com.hazelcast.jet.pipeline.Pipeline;
import com.hazelcast.jet.pipeline.Sinks;
import com.hazelcast.jet.pipeline.Sources;

/** Weir's detection job on Hazelcast Jet: one member, embedded. Ends with its standard input. */
public final class DetectionJob {
  public static void main(String[] args) throws Exception {
    Settings settings = new Settings(args);
    Thread owner = new Thread(DetectionJob::endWithOwner);
    owner.setDaemon(true);
    owner.start();

    Config config = new Config();
    config.getJetConfig().setEnabled(true);
    config.getNetworkConfig().getJoin().getAutoDetectionConfig().setEnabled(false);
    config.getNetworkConfig().getJoin().getMulticastConfig().setEnabled(false);
    config.getNetworkConfig().getInterfaces().setEnabled(true).addInterface("127.0.0.1");
    config.setProperty("hazelcast.phone.home.enabled", "false");
    HazelcastInstance member = Hazelcast.newHazelcastInstance(config);

    JobConfig jobConfig = new JobConfig();
    if (settings.checkpointInterval > 0)
      jobConfig.setProcessingGuarantee(ProcessingGuarantee.EXACTLY_ONCE).setSnapshotIntervalMillis(settings.checkpointInterval);
    Job job = member.getJet().newJob(pipeline(settings), jobConfig);
    while (job.getStatus() != JobStatus.RUNNING && !job.getFuture().isDone()) Thread.sleep(5);
    System.out.println("RUNNING");
    job.join();
    System.out.println("FINISHED");
    Thread.currentThread().join();
  }

  private static Pipeline pipeline(Settings settings) {
    int threshold = settings.threshold;
    Pipeline pipeline = Pipeline.create();
    pipeline
        .readFrom(Sources.<UserEvent>streamFromProcessor("Source", ProcessorMetaSupplier.of(settings.parallelism, () -> new LoadProcessor(settings))))
        .withoutTimestamps()
        .setLocalParallelism(settings.parallelism)
        .groupingKey(event -> event.userId)
        .mapStateful(LongAccumulator::new, (count, user, event) -> detect(count, event, threshold))
        .setLocalParallelism(settings.parallelism)
        .writeTo(Sinks.fromProcessor("Sink", ProcessorMetaSupplier.of(settings.parallelism, () -> new AlertProcessor(settings))))
        .setLocalParallelism(settings.parallelism);
    return pipeline;
  }

  /** Null for no alert. */
  private static Alert detect(LongAccumulator count, UserEvent event, int threshold) {
    if (!event.isAbnormal) {
      count.set(0);
      return null;
    }
    count.add(1);
    if (count.get() < threshold) return null;
    Alert alert = new Alert();
    alert.userId = event.userId;
    alert.count = (int) count.get();
    alert.timestamp = event.timestamp;
    alert.sequence = event.sequence;
    return alert;
  }

  private static void endWithOwner() {
    try {
      while (System.in.read() >= 0) {}
    } catch (java.io.IOException ended) {
      // All the same.
    }
    Runtime.getRuntime().halt(0);
  }
}
