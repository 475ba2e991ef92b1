using System.Runtime.CompilerServices;

namespace PollMode.Examples.PacketGen;

/// <summary>
/// The plan's first moments, played through a ring of this process before the real ports are opened: the runtime compiles a method when it is
/// called first, and again when it has been called often, and without this the first packets' schedule would wait for it.
/// </summary>
internal static class Rehearsal
{
    private const string Port = "ring:rehearsal";
    private const long LengthNanoseconds = 300_000_000;

    /// <summary>Plays it, if anything is to be sent. A program that was compiled ahead of time needs none.</summary>
    public static void Play(GeneratorOptions options)
    {
        if (!options.Sends || !RuntimeFeature.IsDynamicCodeCompiled)
        {
            return;
        }

        using var engine = new GeneratorEngine(options with { TxPort = Port, RxPort = Port, DeviceUnderTest = [] }, TextWriter.Null);
        long asked = options.Plan.DurationNanoseconds;
        engine.Port.Start(options.Plan with { DurationNanoseconds = asked > 0 ? Math.Min(asked, LengthNanoseconds) : LengthNanoseconds });
        while (!engine.Port.IsSent && !engine.IsOver)
        {
            Thread.Sleep(5);
        }

        engine.Stop();
    }
}
