/** The device of this thread and the programs that it has compiled: the next position of a slider finds both. */

import type { Adapter, ComputePipeline, Device } from '../../numerics/webgpu'
import { Failure } from '../contract'

interface Opened {
  readonly device: Device
  readonly compiled: Map<string, ComputePipeline[]>
}

/** Texts of which the programs are kept: those of a few networks. */
const most = 8

let opened: Opened | undefined

/** Throws a `Failure` where the device is refused. */
export async function openDevice(adapter: Adapter): Promise<Device> {
  if (opened) return opened.device
  const device = await adapter.requestDevice().catch(refused)
  opened = { device, compiled: new Map() }
  void device.lost.then(() => forget(device))
  return device
}

/** A device that failed is not asked again. */
export function forget(device: Device): void {
  if (opened?.device !== device) return
  opened = undefined
  device.destroy()
}

/** The entry points of a text, compiled. Throws a `Failure` where the device does not take it. */
export async function programs(
  device: Device,
  code: string,
  entryPoints: readonly string[],
): Promise<ComputePipeline[]> {
  const compiled = opened?.device === device ? opened.compiled : undefined
  const known = compiled?.get(code)
  if (known) return known
  const made = await checked(device, () => {
    const module = device.createShaderModule({ code })
    return Promise.all(
      entryPoints.map((entryPoint) =>
        device.createComputePipelineAsync({ layout: 'auto', compute: { module, entryPoint } }),
      ),
    )
  })
  if (compiled && compiled.size >= most) compiled.delete(compiled.keys().next().value as string)
  compiled?.set(code, made)
  return made
}

/** Do something with the device; throws a `Failure`, and gives the device up, where it complains. */
export async function checked<T>(device: Device, make: () => T | Promise<T>): Promise<T> {
  try {
    device.pushErrorScope('out-of-memory')
    device.pushErrorScope('validation')
    const made = await make()
    for (const wrong of [await device.popErrorScope(), await device.popErrorScope()]) if (wrong) throw wrong
    return made
  } catch (thrown) {
    forget(device)
    return refused(thrown)
  }
}

function refused(thrown: unknown): never {
  const why = (thrown as { message?: string } | null)?.message ?? String(thrown)
  throw new Failure('device', `The GPU did not take the program: ${why}`, 'use "ssa"')
}
