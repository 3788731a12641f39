import type { Task } from '../src/analysis/tasks'
import { runTask } from '../src/services/task-worker'

addEventListener('message', ({ data }: MessageEvent<Task>) => void runTask(data, (message) => postMessage(message)))
