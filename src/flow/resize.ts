import type { FlowField, Image } from '../core/types.ts';
import { pending } from './pending.ts';

export function resizeFlow(flow: FlowField, width: number, height: number): FlowField {
  return pending(flow, width, height);
}

export function padImage(image: Image, multiple: number): Image {
  return pending(image, multiple);
}

export function cropFlow(flow: FlowField, width: number, height: number): FlowField {
  return pending(flow, width, height);
}
