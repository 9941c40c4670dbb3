import type { FlowField } from '../core/types.ts';
import type { WriteOptions } from './atomic-write.ts';

export function isFlowFile(path: string): boolean {
  return /\.(flo|pfm|npy)$/i.test(path);
}

export async function readFlow(path: string): Promise<FlowField> {
  throw new Error(`not yet: ${path}`);
}

export async function writeFlow(path: string, flow: FlowField, options: WriteOptions = {}): Promise<void> {
  throw new Error(`not yet: ${path} ${flow.width} ${options.overwrite}`);
}
