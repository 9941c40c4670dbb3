"""cv2.Stitcher on one set: python3 stitch_rivals.py OUT.jpg IMAGE...; one JSON object on stdout."""
import json, os, resource, sys, time

os.environ.setdefault('OMP_NUM_THREADS', '2')
import cv2

cv2.setNumThreads(2)
start = time.perf_counter()
started = time.process_time()
images = [cv2.imread(path) for path in sys.argv[2:]]
stitcher = cv2.Stitcher_create(cv2.Stitcher_PANORAMA)
status, panorama = stitcher.stitch(images)
ok = status == cv2.Stitcher_OK
if ok: cv2.imwrite(sys.argv[1], panorama)
print(json.dumps({
    'ok': ok, 'status': int(status), 'placed': len(stitcher.component()) if ok else 0, 'of': len(images),
    'width': panorama.shape[1] if ok else 0, 'height': panorama.shape[0] if ok else 0,
    'seconds': time.perf_counter() - start, 'cpu': time.process_time() - started, 'megabytes': resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    'version': cv2.__version__,
}))
