export { CUBE_FACES, cubeFaces } from './cube-faces.ts';
export type { CubeFace, CubeOptions } from './cube-faces.ts';
export { littlePlanet } from './little-planet.ts';
export type { PlanetOptions } from './little-planet.ts';
export { sphereAreaOf, sphereXmp } from './sphere-area.ts';
export type { SphereArea } from './sphere-area.ts';
