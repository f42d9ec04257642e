/** Stands where the machine is drawn. */
export function Machine() {
  return <section data-testid="architecture-diagram" className="min-h-[560px] bg-canvas" />;
}
