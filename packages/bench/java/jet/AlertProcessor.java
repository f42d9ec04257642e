package weir.bench;

import com.hazelcast.jet.core.AbstractProcessor;

/** The sink. */
final class AlertProcessor extends AbstractProcessor {
  private final Settings settings;
  private AlertFigures figures;

  AlertProcessor(Settings settings) {
    this.settings = settings;
  }

  @Override
  protected void init(Context context) throws Exception {
    figures = new AlertFigures(settings, context.globalProcessorIndex(), 0, 0);
  }

  @Override
  protected boolean tryProcess0(Object alert) throws Exception {
    figures.add((Alert) alert);
    return true;
  }

  @Override
  public void close() throws Exception {
    if (figures != null) figures.close();
  }
}
