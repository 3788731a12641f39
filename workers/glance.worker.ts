import { createGlanceService, type Glance } from '../src/services/glance-service'

const service = createGlanceService((glanced, buffers) => postMessage(glanced, { transfer: buffers }))
addEventListener('message', ({ data }: MessageEvent<Glance>) => service.ask(data))
