namespace PollMode.EndToEnd;

/// <summary>A process that works on packets until it is disposed of, and can be asked how it does.</summary>
internal interface ISubject : IDisposable
{
    /// <summary>The process.</summary>
    int ProcessId { get; }

    /// <summary>Measures what it does from now on: rate, CPU time, and loss where it can tell.</summary>
    Measurement Measure(int warmUpSeconds, int seconds);

    /// <summary>Packets done since it started.</summary>
    long CountPackets();
}
