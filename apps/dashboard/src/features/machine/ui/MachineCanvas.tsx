import { type RefObject, useEffect, useMemo, useRef } from 'react';
import { selectJob, selectKeys, selectTaskManagers } from '../../../connection/selectors.js';
import { type Dashboard, useDashboard } from '../../../connection/store.js';
import { useFollowedKeys } from '../../../keys/followed-store.js';
import { useView } from '../../../view/view-store.js';
import { type FollowedKey, followedKeys } from '../model/followed-keys.js';
import type { Geometry } from '../model/geometry.js';
import type { MachineLayout } from '../model/layout.js';
import type { Routes } from '../model/routes.js';
import type { Wires } from '../model/wires.js';
import type { MotionInput } from '../motion/input.js';
import { Painter } from '../paint/painter.js';
import { type Palette, readPalette } from '../paint/palette.js';
import { Surface } from '../paint/surface.js';
import { Loop } from './loop.js';
import { useMachinery } from './machinery.js';

interface Props {
  readonly geometry: Geometry | undefined;
  readonly layout: MachineLayout;
  readonly routes: Routes;
  readonly wires: Wires;
  readonly followed: readonly FollowedKey[];
  /** The machine has contour lines below and hides the barriers of dry channels; the pipeline has every channel. */
  readonly kind: 'machine' | 'pipeline';
  readonly zoom?: number;
}

/** Everything that moves, over the boxes. The store is heard directly: no component is rendered for a record. */
export function MachineCanvas({ geometry, layout, routes, wires, followed, kind, zoom = 1 }: Props) {
  const ground = kind === 'machine';
  const { motion, drawn } = useMachinery();
  const groundCanvas = useRef<HTMLCanvasElement>(null);
  const bedCanvas = useRef<HTMLCanvasElement>(null);
  const waterCanvas = useRef<HTMLCanvasElement>(null);
  const frame = useRef<{ readonly painter: Painter; readonly loop: Loop }>(undefined);
  const plan = useRef({ layout, routes, turned: false, measured: false });
  const palette = usePalette(bedCanvas);
  const connected = useDashboard((dashboard) => dashboard.connection === 'connected');
  const still = useView((view) => view.paused || view.reducedMotion);
  const followedKey = useView((view) => view.followedKey);
  const moving = connected && !still;
  const movingNow = useRef(moving);
  movingNow.current = moving;
  plan.current = { layout, routes, turned: geometry?.turned ?? false, measured: geometry !== undefined };

  useEffect(() => {
    const surface = (canvas: RefObject<HTMLCanvasElement | null>) => new Surface(canvas.current!);
    const painter = new Painter(motion, ground ? surface(groundCanvas) : undefined, surface(bedCanvas), surface(waterCanvas));
    const loop = new Loop(motion, painter, drawn);
    frame.current = { painter, loop };
    const hear = (dashboard: Dashboard) => {
      // Before the boxes are measured there is no way that anything could take.
      if (!plan.current.measured) return;
      motion.observe(inputOf(dashboard, plan.current, movingNow.current), Date.now());
      loop.kick();
    };
    hear(useDashboard.getState());
    const unsubscribe = useDashboard.subscribe(hear);
    return () => {
      unsubscribe();
      loop.stop();
    };
  }, [motion, drawn, ground]);

  useEffect(() => {
    if (geometry === undefined || palette === undefined || frame.current === undefined) return;
    const followedHue = followed.find((key) => key.key === followedKey)?.hue;
    const { painter, loop } = frame.current;
    loop.moving = moving;
    painter.show({ geometry, wires, palette, followedHue, moving, everyChannel: kind === 'pipeline', zoom });
    motion.observe(inputOf(useDashboard.getState(), { layout, routes, turned: geometry.turned }, moving), Date.now());
    loop.kick();
  }, [geometry, wires, palette, followed, followedKey, moving, layout, routes, motion, kind, zoom]);

  return (
    <div aria-hidden="true">
      {ground && <canvas ref={groundCanvas} className="machine-ground" />}
      <canvas ref={bedCanvas} className="machine-beds" />
      <canvas ref={waterCanvas} className="machine-water" />
    </div>
  );
}

function inputOf(
  dashboard: Dashboard,
  { layout, routes, turned }: { readonly layout: MachineLayout; readonly routes: Routes; readonly turned: boolean },
  moving: boolean,
): MotionInput {
  const keys = selectKeys(dashboard);
  return {
    job: selectJob(dashboard),
    taskManagers: selectTaskManagers(dashboard),
    keys,
    alerts: dashboard.alerts,
    log: dashboard.log,
    followed: followedKeys(keys, useFollowedKeys.getState().places),
    layout,
    routes,
    at: dashboard.state?.engine.at ?? 0,
    turned,
    moving,
  };
}

/** Read again when the theme changes. */
function usePalette(element: RefObject<Element | null>): Palette | undefined {
  const theme = useView((view) => view.theme);
  const mounted = useDashboard((dashboard) => dashboard.state !== undefined);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the tokens are others in another theme.
  return useMemo(() => (element.current === null ? readPalette(document.documentElement) : readPalette(element.current)), [theme, mounted]);
}
