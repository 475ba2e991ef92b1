using System.Globalization;
using PollMode.Drivers.Software;
using PollMode.Isolation;

namespace PollMode.Examples.Isolated;

/// <summary>What the data plane consists of. Everything here runs where the workers do: out of reach of the app's collections, unless the configuration says otherwise.</summary>
public sealed class Plane : IDataPlane
{
    /// <summary>The tap by which the app sees one frame of so many.</summary>
    public const string Samples = "samples";

    /// <summary>The command that sets how many frames pass between two questions.</summary>
    public const string AskEvery = "ask-every";

    /// <inheritdoc/>
    public void Define(DataPlaneBuilder plane)
    {
        ArgumentNullException.ThrowIfNull(plane);
        plane.Drivers.AddSoftwareDrivers();
        FrameTap samples = plane.AddTap(Samples, sampleEvery: Read(plane.Settings.GetValueOrDefault("SampleEvery", "1000")));
        var asking = new Asking();
        plane.AddCommand(AskEvery, text =>
        {
            asking.Every = Read(text);
            return $"asks with one frame of {asking.Every}";
        });
        plane.UsePipeline(pipeline => pipeline
            .Use(() => new AskTheApp(asking))
            .Use<MacSwapStage>()
            .Use(samples.CreateStage));
    }

    private static int Read(string text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number > 0
        ? number
        : throw new PollModeException($"'{text}' is no number of frames; choose a whole number from 1 on.");
}
