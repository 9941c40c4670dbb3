/** What the host does for a thread (kernels/wasm/built.ts). */

/** Sleeps for up to a tenth of a millisecond while `value` is the integer at this address of shared memory. */
export declare function sleep(at: usize, value: i32): void;
