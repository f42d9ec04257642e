import type { Wires } from '../model/wires.js';
import { useDrawn } from './machinery.js';

interface Props {
  readonly wires: Wires;
  readonly width: number;
  readonly height: number;
}

/** Control is thin, straight and ink: heartbeats at the left, the coordinator's word to the sources, the dotted riser to the store. */
export function WireLines({ wires, width, height }: Props) {
  const recovery = useDrawn((drawn) => drawn.recovery);
  const broken = recovery !== undefined && recovery.phase !== 'replaying' ? recovery.taskManagerId : undefined;
  return (
    <svg className="machine-wires" width={width} height={height} aria-hidden="true">
      {[...wires.trigger].map(([key, wire]) => (
        <path key={key} className="wire" d={wire.d} />
      ))}
      {[...wires.riser].map(([key, wire]) => (
        <path key={key} className="wire riser" d={wire.d} />
      ))}
      {[...wires.spine].map(([id, wire]) => (
        <path key={id} className="wire spine" d={id === broken ? undefined : wire.d} />
      ))}
      {[...wires.spine].map(([id, wire]) =>
        id === broken ? <path key={id} className="wire-cross" d={`m${wire.path.x[0]! - 11} ${wire.path.y[0]! - 4} 8 8m0-8-8 8`} /> : null,
      )}
    </svg>
  );
}
