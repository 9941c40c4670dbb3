/// <reference lib="dom" />
import type { PairMatch } from '../index.ts';
import type { Paint } from './stage.ts';

/** Marks of what was matched, for each of the two stages. */
export interface MatchMarks {
  readonly onA: Paint;
  readonly onB: Paint;
  readonly sentence: string;
}

/** Points with the same hue belong together; the frame of A is drawn where it lies in B. */
export function markMatches(
  found: PairMatch,
  { width, height }: { width: number; height: number },
): MatchMarks {
  const { correspondences, inliers, homography } = found;
  const marks =
    (points: Float64Array): Paint =>
    (context, scale) => {
      for (let i = 0; i < inliers.length; i++) {
        if (!inliers[i]) continue;
        const hue = (360 * correspondences.pointsA[2 * i]) / width;
        const lightness = 35 + (40 * correspondences.pointsA[2 * i + 1]) / height;
        dot(
          context,
          points[2 * i] + 0.5,
          points[2 * i + 1] + 0.5,
          3 / scale,
          `hsl(${hue} 95% ${lightness}%)`,
        );
      }
    };
  const points = marks(correspondences.pointsB);
  return {
    onA: marks(correspondences.pointsA),
    onB(context, scale) {
      points(context, scale);
      if (homography) frame(context, homography, width, height, scale);
    },
    sentence: homography
      ? `${found.inlierCount} of ${inliers.length} matches follow one homography, ${found.rmse.toFixed(2)} px off, ` +
        `confidence ${Math.round(found.confidence * 100)} %${found.ambiguous ? ', though the texture repeats' : ''}.`
      : `No homography: ${found.reason ?? 'nothing was found'}`,
  };
}

function dot(context: CanvasRenderingContext2D, x: number, y: number, radius: number, color: string): void {
  context.beginPath();
  context.arc(x, y, radius, 0, 2 * Math.PI);
  Object.assign(context, { fillStyle: color, strokeStyle: '#000a', lineWidth: radius / 3 });
  context.fill();
  context.stroke();
}

function frame(
  context: CanvasRenderingContext2D,
  h: ArrayLike<number>,
  width: number,
  height: number,
  scale: number,
): void {
  const at = (x: number, y: number): [number, number] => {
    const w = h[6] * x + h[7] * y + h[8];
    return [(h[0] * x + h[1] * y + h[2]) / w + 0.5, (h[3] * x + h[4] * y + h[5]) / w + 0.5];
  };
  const [right, bottom] = [width - 0.5, height - 0.5];
  context.beginPath();
  context.moveTo(...at(-0.5, -0.5));
  context.lineTo(...at(right, -0.5));
  context.lineTo(...at(right, bottom));
  context.lineTo(...at(-0.5, bottom));
  context.closePath();
  for (const [strokeStyle, lineWidth] of [
    ['#000', 4],
    ['#ffd200', 2],
  ] as const)
    Object.assign(context, { strokeStyle, lineWidth: lineWidth / scale }).stroke();
}
