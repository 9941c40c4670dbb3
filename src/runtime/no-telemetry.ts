/**
 * Imported before ONNX Runtime. The version this package asks for sends nothing, but its official builds from 1.29
 * on report usage to their maker and keep an identifier on disk unless this variable is set before they start, and
 * another version may be put in its place. Whoever wants that can set it to 0.
 */
process.env.ORT_DISABLE_TELEMETRY ??= '1';
