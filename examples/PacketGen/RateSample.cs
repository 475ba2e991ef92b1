namespace PollMode.Examples.PacketGen;

/// <summary>Rates over one interval.</summary>
/// <param name="Seconds">Its end, from the start of the run.</param>
/// <param name="SentPerSecond">Packets per second handed out.</param>
/// <param name="ReceivedPerSecond">Packets per second received.</param>
/// <param name="AskedPerSecond">Packets per second asked for; zero where as many as possible were.</param>
internal sealed record RateSample(double Seconds, double SentPerSecond, double ReceivedPerSecond, double AskedPerSecond);
