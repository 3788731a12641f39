import { expose } from 'comlink'
import { createLawService } from '../src/services/law-service'
import { readySign } from '../src/services/thread'

expose(createLawService())
postMessage(readySign)
