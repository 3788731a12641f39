import type { Task } from '../src/analysis/tasks'
import { runTask } from '../src/services/task-worker'
import { readySign } from '../src/services/thread'

addEventListener('message', ({ data }: MessageEvent<Task>) => void runTask(data, (message) => postMessage(message)))
postMessage(readySign)
