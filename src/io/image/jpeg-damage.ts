/** Of each 16 bits that may come next: the value of the code that they begin with, and its length times 256; 0 for none. */
type HuffmanTable = Uint16Array;

interface Component {
  readonly id: number;
  readonly across: number;
  readonly down: number;
}

/** Markers of frames of other kinds: progressive, lossless, arithmetic. */
const OTHER_FRAMES = [0xc2, 0xc3, 0xc5, 0xc6, 0xc7, 0xc9, 0xca, 0xcb, 0xcd, 0xce, 0xcf];

/** Bytes that may be left over before a marker: some encoders pad. */
const PADDING = 2;

/** Reads bits of a scan until a marker. */
class BitReader {
  at: number;
  private bits = 0;
  private count = 0;
  /** Of the bits held, how many stand for what lies behind the end. */
  private beyond = 0;
  readonly bytes: Uint8Array;
  constructor(bytes: Uint8Array, start: number) {
    this.bytes = bytes;
    this.at = start;
  }
  /** The next 16 bits. */
  peek(): number {
    while (this.count < 16) {
      const byte = this.at < this.bytes.length ? this.bytes[this.at] : 0xff;
      if (byte === 0xff && this.bytes[this.at + 1] !== 0) this.beyond += 8;
      else this.at += byte === 0xff ? 2 : 1;
      this.bits = ((this.bits << 8) | byte) & 0xffffff;
      this.count += 8;
    }
    return (this.bits >>> (this.count - 16)) & 0xffff;
  }
  /** False where there are fewer bits. */
  skip(bits: number): boolean {
    this.peek();
    this.count -= bits;
    return this.count >= this.beyond;
  }
  /** Leaves the byte that was begun; gives how many whole ones were read ahead. */
  align(): number {
    const ahead = (this.count - this.beyond) >> 3;
    this.bits = this.count = this.beyond = 0;
    return ahead;
  }
}

/**
 * What is wrong with the compressed data of a baseline JPEG (ITU-T T.81, annex F): each block is read, none decoded, so that
 * damage shows that decoders pass over in silence, in codes that do not exist and in bytes that are left over.
 *
 * @returns one clause, or undefined where nothing is wrong or the JPEG is of another kind
 */
export function findJpegDamage(bytes: Uint8Array): string | undefined {
  if (bytes[0] !== 0xff || bytes[1] !== 0xd8) return undefined;
  const tables = new Map<number, HuffmanTable>();
  let components: Component[] = [];
  let [width, height, interval] = [0, 0, 0];
  for (let at = 2; at + 4 < bytes.length;) {
    if (bytes[at] !== 0xff) return undefined;
    const marker = bytes[at + 1];
    if (marker === 0xff) {
      at++;
      continue;
    }
    const end = at + 2 + bytes[at + 2] * 256 + bytes[at + 3];
    if (marker === 0xc0 || marker === 0xc1) {
      height = bytes[at + 5] * 256 + bytes[at + 6];
      width = bytes[at + 7] * 256 + bytes[at + 8];
      components = readComponents(bytes, at);
    } else if (OTHER_FRAMES.includes(marker)) return undefined;
    else if (marker === 0xc4) readTables(bytes, at + 4, end, tables);
    else if (marker === 0xdd) interval = bytes[at + 4] * 256 + bytes[at + 5];
    else if (marker === 0xda) {
      const parts = readParts(bytes, at, components, tables);
      // One scan of all components is what nearly every baseline JPEG has.
      if (parts.length !== components.length || !width || !height) return undefined;
      return checkScan(new BitReader(bytes, end), parts, width, height, interval);
    }
    at = end;
  }
  return undefined;
}

/** The components of the frame header at `at`. */
const readComponents = (bytes: Uint8Array, at: number): Component[] =>
  Array.from({ length: bytes[at + 9] }, (_, i) => {
    const k = at + 10 + 3 * i;
    return { id: bytes[k], across: bytes[k + 1] >> 4, down: bytes[k + 1] & 15 };
  });

/** What the scan header at `at` says. */
const readParts = (
  bytes: Uint8Array,
  at: number,
  components: readonly Component[],
  tables: ReadonlyMap<number, HuffmanTable>,
): ScanPart[] =>
  Array.from({ length: bytes[at + 4] }, (_, i) => {
    const [id, chosen] = [bytes[at + 5 + 2 * i], bytes[at + 6 + 2 * i]];
    const component = components.find((one) => one.id === id);
    return { component, dc: tables.get(chosen >> 4), ac: tables.get(16 | (chosen & 15)) };
  });

function readTables(bytes: Uint8Array, at: number, end: number, tables: Map<number, HuffmanTable>): void {
  while (at + 17 <= end) {
    const counts = bytes.subarray(at + 1, at + 17);
    const total = counts.reduce((sum, n) => sum + n, 0);
    const table = new Uint16Array(65536);
    for (let i = 0, code = 0, k = at + 17; i < 16; i++, code <<= 1)
      for (let n = 0; n < counts[i]; n++, code++)
        table.fill(((i + 1) << 8) | bytes[k++], code << (15 - i), (code + 1) << (15 - i));
    tables.set(bytes[at], table);
    at += 17 + total;
  }
}

interface ScanPart {
  readonly component?: Component;
  readonly dc?: HuffmanTable;
  readonly ac?: HuffmanTable;
}

function checkScan(
  reader: BitReader,
  parts: readonly ScanPart[],
  width: number,
  height: number,
  interval: number,
): string | undefined {
  if (parts.some(({ component, dc, ac }) => !component || !dc || !ac)) return undefined;
  const single = parts.length === 1;
  const across = Math.max(...parts.map((part) => part.component!.across));
  const down = Math.max(...parts.map((part) => part.component!.down));
  const units = Math.ceil(width / 8 / (single ? 1 : across)) * Math.ceil(height / 8 / (single ? 1 : down));
  for (let unit = 0; unit < units; unit++) {
    if (interval && unit && unit % interval === 0) {
      const problem = leftOver(reader);
      if (problem) return problem;
      if ((reader.bytes[reader.at + 1] & 0xf8) !== 0xd0) return 'a restart marker is missing';
      reader.at += 2;
    }
    for (const { component, dc, ac } of parts) {
      const blocks = single ? 1 : component!.across * component!.down;
      for (let b = 0; b < blocks; b++)
        if (!skipBlock(reader, dc!, ac!))
          return `its data cannot be decoded from block ${unit} of ${units} on`;
    }
  }
  return leftOver(reader);
}

/** Moves to the next marker; tells where bytes lie before it. */
function leftOver(reader: BitReader): string | undefined {
  const ahead = reader.align();
  const { bytes } = reader;
  const start = reader.at - ahead;
  let at = reader.at;
  while (at < bytes.length && !(bytes[at] === 0xff && bytes[at + 1] !== 0 && bytes[at + 1] !== 0xff)) at++;
  reader.at = at;
  return at - start > PADDING ? `${at - start} bytes of its data are left over` : undefined;
}

/** Reads the codes of 64 coefficients; false where there is no such code, or no such coefficient. */
function skipBlock(reader: BitReader, dc: HuffmanTable, ac: HuffmanTable): boolean {
  const size = readCode(reader, dc);
  if (size < 0 || size > 16 || !reader.skip(size)) return false;
  for (let k = 1; k < 64;) {
    const symbol = readCode(reader, ac);
    if (symbol < 0) return false;
    const bits = symbol & 15;
    if (!bits && symbol !== 0xf0) return symbol === 0;
    k += (symbol >> 4) + 1;
    if (k > 64 || !reader.skip(bits)) return false;
  }
  return true;
}

/** The value of the next code; -1 where there is none. */
function readCode(reader: BitReader, table: HuffmanTable): number {
  const entry = table[reader.peek()];
  return entry && reader.skip(entry >> 8) ? entry & 0xff : -1;
}
