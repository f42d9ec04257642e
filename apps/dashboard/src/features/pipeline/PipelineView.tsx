/** Stands where the job graph by itself is drawn (`#/pipeline`). */
export default function PipelineView() {
  return <section className="min-h-[560px] bg-canvas" />;
}
