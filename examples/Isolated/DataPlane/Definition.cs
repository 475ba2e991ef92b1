using System.Globalization;
using System.Runtime.InteropServices;
using PollMode.Drivers.Software;
using PollMode.Isolation;

namespace PollMode.Examples.Isolated;

/// <summary>What the data plane consists of. Everything here runs in the library's own runtime.</summary>
internal static class Definition
{
    /// <summary>The library's entry point: what the app's side calls first.</summary>
    [UnmanagedCallersOnly(EntryPoint = DataPlane.EntryPoint)]
    internal static void Define() => DataPlane.Define(Add);

    private static void Add(DataPlaneBuilder plane)
    {
        plane.Drivers.AddSoftwareDrivers();

        // The app wants to see one frame of so many; all go on to their egress port.
        string text = plane.Settings.GetValueOrDefault("SampleEvery", "1000");
        int sampleEvery = int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number > 0
            ? number
            : throw new PollModeException($"'{text}' is no value of SampleEvery; choose a whole number from 1 on.");
        FrameTap tap = plane.AddTap("samples", sampleEvery: sampleEvery);
        plane.UsePipeline(pipeline => pipeline.Use<MacSwapStage>().Use(tap.CreateStage));
    }
}
