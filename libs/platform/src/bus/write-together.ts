/** amqplib writes every frame by itself. Those of one turn of the event loop go to the network in one system call. */
import type { Socket } from 'node:net';

import type { ChannelModel } from 'amqplib';

/** @param model a connection that has just been made */
export function writeTogether(model: ChannelModel): void {
  const socket = socketOf(model);
  const write = socket.write.bind(socket);
  socket.write = (...frame: unknown[]) => {
    if (socket.writableCorked === 0) {
      socket.cork();
      process.nextTick(() => { socket.uncork(); });
    }
    return Reflect.apply(write, socket, frame) as boolean;
  };
}

/** The socket of a connection, which amqplib's types do not show. */
export function socketOf(model: ChannelModel): Socket {
  return (model.connection as unknown as { stream: Socket }).stream;
}
