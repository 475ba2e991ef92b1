using PollMode.Examples.PacketGen;

// The load generator: sends test packets by one port, measures what comes back by the same or another, and says how well it did itself.
return CommandLine.Invoke(args);
