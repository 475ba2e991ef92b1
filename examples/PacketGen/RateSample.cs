namespace PollMode.Examples.PacketGen;

/// <summary>Rates over one interval.</summary>
/// <param name="Seconds">Its end, from the start of the run.</param>
/// <param name="SentPerSecond">Packets per second handed out.</param>
/// <param name="ReceivedPerSecond">Packets per second received.</param>
internal sealed record RateSample(double Seconds, double SentPerSecond, double ReceivedPerSecond);
